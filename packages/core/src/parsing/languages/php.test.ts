import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = String.raw`<?php

namespace Acme\Net;

use Acme\Wire\{Codec, Frame as WireFrame};
use Psr\Log\LoggerInterface;
use function Acme\helper;

require_once __DIR__ . '/bootstrap.php';
include 'legacy.php';

const LIMIT = 3;

/** Talks to one server. Reconnects. */
#[Service]
abstract class Session extends Base implements Closable, \Acme\Peer
{
    use LogsThings, Retries;

    public const MAX = 1;
    private ?string $url = null;

    public function __construct(private LoggerInterface $logger)
    {
        parent::__construct();
    }

    /** Sends a message. */
    protected static function send(string $message): void
    {
        $this->transport->write(helper($message));
        self::check($message);
        Codec::encode(new WireFrame($message));
        $this?->logger?->info('sent');
        \Acme\log('x');
    }

    abstract public function close(): void;
}

interface Closable extends Named
{
    public function close(): void;
}

trait Retries
{
    public function retry()
    {
        return 1;
    }
}

enum State: string
{
    case Open = 'open';

    public function label(): string
    {
        return ucfirst($this->value);
    }
}

function helper($a)
{
    return array_map(fn($x) => $x, $a);
}
`

it('reads definitions, imports, calls and inheritance of PHP', async () => {
  const file = await parseSource(source, builtin('php'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe('Acme\\Net')
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ constant LIMIT 12-12',
      '+ class Session 15-39',
      '+ constant Session.MAX 20-20',
      '- property Session.url 21-21',
      '+ constructor Session.__construct 23-26',
      '- method Session.send 29-36',
      '+ method Session.close 38-38',
      '+ interface Closable 41-44',
      '+ method Closable.close 43-43',
      '+ trait Retries 46-52',
      '+ method Retries.retry 48-51',
      '+ enum State 54-62',
      '+ constant State.Open 56-56',
      '+ method State.label 58-61',
      '+ function helper 64-67',
    ],
    imports: [
      'Acme\\Wire\\Codec Codec Codec',
      'Acme\\Wire\\Frame Frame WireFrame',
      'Psr\\Log\\LoggerInterface LoggerInterface LoggerInterface',
      'Acme\\helper helper helper',
      '/bootstrap.php * .',
      'legacy.php * .',
    ],
    heritage: [
      'Session extends Base',
      'Session implements Closable',
      'Session implements \\Acme Peer',
      'Session implements LogsThings',
      'Session implements Retries',
      'Closable extends Named',
    ],
    calls: [
      'Session.__construct > parent __construct',
      'Session.send > $this->transport write',
      'Session.send > helper',
      'Session.send > self check',
      'Session.send > Codec encode',
      'Session.send > WireFrame',
      'Session.send > $this?->logger info',
      'Session.send > \\Acme log',
      'State.label > ucfirst',
      'helper > array_map',
    ],
    chunks: [
      '1-12',
      '14-21 class Session',
      '23-26 class Session › constructor __construct',
      '28-36 class Session › method send',
      '38-39 class Session › method close',
      '41-44 interface Closable',
      '46-52 trait Retries',
      '54-62 enum State',
      '64-67 function helper',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Session: Talks to one server.', 'Session.send: Sends a message.'])
})

it('finds the file that a use or an include of PHP means', () => {
  const files = fileIndexOf(
    'src/Net/Session.php',
    'app/Models/User.php',
    'bootstrap.php',
    'src/legacy.php',
  )
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('php').resolveModule?.(specifier, from, files)
  expect(resolve('Acme\\Net\\Session', 'src/App.php')).toEqual(['src/Net/Session.php'])
  expect(resolve('App\\Models\\User', 'src/App.php')).toEqual(['app/Models/User.php'])
  expect(resolve('/bootstrap.php', 'index.php')).toEqual(['bootstrap.php'])
  expect(resolve('legacy.php', 'src/App.php')).toEqual(['src/legacy.php'])
  expect(resolve('Psr\\Log\\User', 'src/App.php')).toEqual([])
})
