import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Runs the backend of the consumer's program while `use` does, which gets its address. */
export async function withBackend(
  {
    app,
    env,
    name,
  }: { readonly app: string; readonly env: NodeJS.ProcessEnv; readonly name: string },
  use: (url: string) => Promise<unknown>,
): Promise<void> {
  const data = `data-${name.replace(' ', '-')}`
  const backend = spawn('node', ['serve.mjs', data], {
    cwd: app,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(backend, 'close')
  try {
    const [url] = await Promise.race([
      once(createInterface(backend.stdout), 'line'),
      ended.then(([code]) => {
        throw new Error(`The consumer's backend ended with ${code}.`)
      }),
    ])
    await use(url)
  } finally {
    backend.stdin.end()
  }
  const [code] = await ended
  if (code !== 0) throw new Error(`The consumer's backend ended with ${code}.`)
}
