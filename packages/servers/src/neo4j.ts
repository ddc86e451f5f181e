import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auth, driver, Neo4jError } from 'neo4j-driver'
import { findJava } from './find-java.ts'
import { cachedProgram } from './program-cache.ts'
import { runNeededProgram } from './run-program.ts'
import { runServer } from './run-server.ts'
import type { RunningServer, StartOptions } from './running-server.ts'

/** A Neo4j server; `url` is that of Bolt. */
export interface RunningNeo4j extends RunningServer {
  readonly user: string
  readonly password: string
}

/** Which Neo4j to start. */
export interface StartNeo4jOptions extends StartOptions {
  /**
   * `5` is the LTS line, on Java 17; `2026` the calendar versions, on Java 21 or newer, which is fetched
   * where this machine has none. @default '5'
   */
  version?: Neo4jVersion
  /** Settings beside those that a test server needs, as in `neo4j.conf`. @default none */
  settings?: Readonly<Record<string, string>>
}

/** A line of releases of Neo4j. */
export type Neo4jVersion = keyof typeof releases

const releases = {
  '5': {
    version: '5.26.30',
    size: '123 MB',
    java: { server: 'Neo4j', release: 17, mayFetch: false },
    main: 'org.neo4j.server.CommunityEntryPoint',
  },
  '2026': {
    version: '2026.08.1',
    size: '152 MB',
    java: { server: 'Neo4j', release: 21, mayFetch: true },
    main: 'org.neo4j.server.Neo4jCommunity',
  },
} as const

const mavenRemedy = `it needs Maven: install it from maven.apache.org or your system's package manager`

/**
 * Starts Neo4j Community, fetched once from Maven's central repository. Throws
 * `ServerUnavailableError` where there is no Java or, for the first time, no Maven.
 */
export async function startNeo4j(options: StartNeo4jOptions = {}): Promise<RunningNeo4j> {
  const release = releases[options.version ?? '5']
  const java = await findJava(release.java, options)
  const jars = await cachedProgram(`neo4j-${release.version}`, (folder) => {
    options.onFetch?.(`Neo4j ${release.version} (${release.size})`)
    return fetchJars(release.version, folder)
  })
  const user = 'neo4j'
  const password = randomUUID()
  const server = await runServer({
    name: 'Neo4j',
    version: release.version,
    startTimeoutMs: 150_000,
    url: (port) => `bolt://127.0.0.1:${port}`,
    async command(port, folder) {
      for (const name of ['conf', 'logs', 'plugins', 'import']) {
        await mkdir(join(folder, name), { recursive: true })
      }
      await writeFile(join(folder, 'conf', 'neo4j.conf'), configuration(port, options.settings))
      return {
        program: java,
        args: [
          ...['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', '-XX:+ExitOnOutOfMemoryError'],
          ...['java.nio', 'java.io', 'sun.nio.ch'].map(
            (module) => `--add-opens=java.base/${module}=ALL-UNNAMED`,
          ),
          ...['--enable-native-access=ALL-UNNAMED', '-Dfile.encoding=UTF-8'],
          '-Dio.netty.tryReflectionSetAccessible=true',
          ...['-cp', `${jars}/*`, release.main],
          ...['--console-mode', `--home-dir=${folder}`, `--config-dir=${folder}/conf`],
        ],
        env: { NEO4J_HOME: folder, NEO4J_CONF: join(folder, 'conf') },
      }
    },
    async answers({ port, output }) {
      // What it writes tells it from another Neo4j on the same port.
      if (!output.includes('Started.')) throw new Error('It has not started yet.')
      await logIn(`bolt://127.0.0.1:${port}`, user, password)
    },
  })
  return { ...server, user, password }
}

async function fetchJars(version: string, folder: string): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), 'cairn-neo4j-jars-'))
  try {
    await writeFile(join(project, 'pom.xml'), mavenProject(version))
    await runNeededProgram('Neo4j', mavenRemedy, 'mvn', [
      ...['--batch-mode', '--quiet', '--no-transfer-progress', '--file', join(project, 'pom.xml')],
      ...['org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ])
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

function mavenProject(version: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cairn</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`
}

function configuration(port: number, settings: Readonly<Record<string, string>> = {}): string {
  const own = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  return `server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:${port}
server.bolt.advertised_address=127.0.0.1:${port}
server.http.enabled=false
server.https.enabled=false
dbms.usage_report.enabled=false
db.tx_log.preallocate=false
internal.server.bolt.thread_pool_shutdown_wait_time=1s
server.memory.pagecache.size=256m
${own.join('')}`
}

/** Logs in; on a new folder, gives the server its password first. */
async function logIn(url: string, user: string, password: string): Promise<void> {
  try {
    await useDriver(url, user, password, (connected) =>
      connected.verifyConnectivity({ database: 'neo4j' }),
    )
  } catch (error) {
    if (!(error instanceof Neo4jError && error.code.includes('Security.Unauthorized'))) throw error
    await useDriver(url, user, 'neo4j', (connected) =>
      connected.executeQuery(
        'ALTER CURRENT USER SET PASSWORD FROM "neo4j" TO $password',
        { password },
        { database: 'system' },
      ),
    )
    throw new Error('Its password was set just now.', { cause: error })
  }
}

async function useDriver<T>(
  url: string,
  user: string,
  password: string,
  work: (connected: ReturnType<typeof driver>) => Promise<T>,
): Promise<T> {
  const connected = driver(url, auth.basic(user, password), {
    connectionTimeout: 2_000,
    maxTransactionRetryTime: 0,
  })
  try {
    return await work(connected)
  } finally {
    await connected.close()
  }
}
