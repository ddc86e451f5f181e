/** A place in a text that would not be true on another machine. */
export interface MachineTrace {
  /** From 1. */
  readonly line: number
  readonly text: string
}

const registryHosts = [
  'registry.npmjs',
  'registry.yarnpkg',
  'files.pythonhosted',
  'repo1.maven',
  'repo.maven.apache',
  'static.crates',
  'proxy.golang',
].map((host) => host.replaceAll('.', '\\.'))
const homes = ['home/[\\w.-]+', 'Users/[\\w.-]+', 'root']
const trace = new RegExp(`\\b(${registryHosts.join('|')})\\.|(?<![\\w.~-])/(${homes.join('|')})/`)

/**
 * The places of a text that name a package registry's host, a home directory, or one of the given
 * folders of this machine.
 */
export function machineTraces(text: string, folders: readonly string[] = []): MachineTrace[] {
  return text.split('\n').flatMap((content, index) => {
    const found = trace.exec(content)?.[0] ?? folders.find((folder) => content.includes(folder))
    return found === undefined ? [] : [{ line: index + 1, text: found }]
  })
}
