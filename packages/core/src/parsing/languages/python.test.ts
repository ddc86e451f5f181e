import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `"""Sessions of the client."""
from __future__ import annotations

import logging
import os.path, json as _json
from . import errors
from ..net.socket import (Connection, connect as open_connection)
from .models import *

logger = logging.getLogger(__name__)
MAX_RETRIES: int = 3
_cache = {}


@dataclass(frozen=True)
class Session(Base, mixins.Closable, Generic[T], metaclass=Meta):
    """Talks to one server. Reconnects."""

    timeout = 10
    _secret: str = ""

    def __init__(self, url):
        super().__init__(url)
        self.connection = open_connection(url)

    # Retries are counted.
    @retry(times=MAX_RETRIES)
    async def send(self, message):
        """Sends a message."""
        import zlib
        payload = _json.dumps(message)
        await self.connection.write(zlib.compress(payload))

        def on_error(error):
            logger.error("failed", error)

        return self._check(payload).result()

    def _check(self, payload):
        return payload


def connect(url, *, retries=MAX_RETRIES):
    session = Session(url)
    session.send("hello")
    return session


if __name__ == "__main__":
    connect("localhost")
`

it('reads definitions, imports, calls and inheritance of Python', async () => {
  const file = await parseSource(source, builtin('python'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ variable logger 10-10',
      '+ constant MAX_RETRIES 11-11',
      '- variable _cache 12-12',
      '+ class Session 16-40',
      '+ property Session.timeout 19-19',
      '- property Session._secret 20-20',
      '+ constructor Session.__init__ 22-24',
      '+ method Session.send 28-37',
      '- function Session.send.on_error 34-35',
      '- method Session._check 39-40',
      '+ function connect 43-46',
    ],
    imports: [
      'logging . logging',
      'os.path . os.path',
      'json . _json',
      '. errors errors again',
      '..net.socket Connection Connection again',
      '..net.socket connect open_connection again',
      '.models * .',
      'zlib . zlib',
    ],
    heritage: [
      'Session extends Base',
      'Session extends mixins Closable',
      'Session extends Generic',
    ],
    calls: [
      'logger > logging getLogger',
      '(top) > dataclass',
      'Session.__init__ > super',
      'Session.__init__ > super() __init__',
      'Session.__init__ > open_connection',
      'Session > retry',
      'Session.send > _json dumps',
      'Session.send > self.connection write',
      'Session.send > zlib compress',
      'Session.send.on_error > logger error',
      'Session.send > self _check',
      'Session.send > ? result',
      'connect > Session',
      'connect > session send',
      '(top) > connect',
    ],
    chunks: [
      '1-12',
      '15-20 class Session',
      '22-24 class Session › constructor __init__',
      '26-37 class Session › method send',
      '39-40 class Session › method _check',
      '43-46 function connect',
      '49-50',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Session: Talks to one server.', 'Session.send: Sends a message.'])
})

it('finds the files that an import of Python means', () => {
  const files = fileIndexOf(
    'app/__init__.py',
    'app/models.py',
    'app/net/__init__.py',
    'app/net/socket.py',
    'app/types.py',
    'src/lib/core.py',
    'src/lib/__init__.py',
    'stubs/fast.pyi',
    'src/single.py',
  )
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('python').resolveModule?.(specifier, from, files)
  expect(resolve('.models', 'app/views.py')).toEqual(['app/models.py'])
  expect(resolve('.', 'app/views.py')).toEqual(['app/__init__.py'])
  expect(resolve('..net.socket', 'app/sub/views.py')).toEqual(['app/net/socket.py'])
  expect(resolve('....x', 'app/views.py')).toEqual([])
  expect(resolve('app.net', 'tests/test_net.py')).toEqual(['app/net/__init__.py'])
  expect(resolve('lib.core', 'tests/test_net.py')).toEqual(['src/lib/core.py'])
  expect(resolve('single', 'tests/test_net.py')).toEqual(['src/single.py'])
  // The standard library's, not the application's.
  expect(resolve('types', 'app/net/socket.py')).toEqual([])
  expect(resolve('django.db', 'app/models.py')).toEqual([])
})
