import { expect, test } from 'vitest'
import { gitFailure } from './git-failure.ts'

test.each([
  "fatal: unable to access 'http://a/b/': Failed to connect to a port 80: Connection refused",
  "fatal: unable to access 'http://a/b/': The requested URL returned error: 503",
  'error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF',
  "fatal: unable to access 'http://a/b/': Illegal or missing hexadecimal sequence in chunked-encoding",
  "fatal: unable to access 'http://a/b/': Received HTTP/0.9 when not allowed",
  'fatal: protocol error: bad line length character: \u00ff\u0000',
  'fetch-pack: unexpected disconnect while reading sideband packet\nfatal: fetch-pack: invalid index-pack output',
])('a remote whose network broke or garbles is tried again: %s', (said) => {
  expect(gitFailure('x', said)).toMatchObject({ code: 'REMOTE_UNREACHABLE', recoverable: true })
})

test.each([
  "fatal: unable to access 'https://a/b/': SSL certificate problem: self-signed certificate",
  "fatal: unable to access 'https://a/b/': server certificate verification failed. CAfile: none",
])('a certificate that is refused stays so: %s', (said) => {
  expect(gitFailure('x', said)).toMatchObject({ code: 'REMOTE_UNREACHABLE', recoverable: false })
})
