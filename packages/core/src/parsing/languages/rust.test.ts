import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `//! Sessions.
use std::{fmt, io::{self, Read as _, Write}};
pub use crate::net::Connection;
use super::codec::*;

mod wire;
pub(crate) mod retry;

/// Talks to one server. Reconnects.
#[derive(Debug, Clone)]
pub struct Session<T> {
    pub url: String,
    state: T,
}

/// What happened.
pub enum Event {
    Opened,
    Closed { code: u32 },
}

pub trait Send: fmt::Debug + Named<String> {
    const LIMIT: usize;
    type Output;

    /// Sends.
    fn send(&mut self, message: &str) -> io::Result<()>;

    fn flush(&self) {
        self.send("");
    }
}

impl<T: Clone> Send for Session<T> {
    const LIMIT: usize = 1;
    type Output = ();

    fn send(&mut self, message: &str) -> io::Result<()> {
        self.connection.write(encode::<T>(message))?;
        wire::frame(message);
        println!("{}", message);
        Ok(())
    }
}

impl Session<String> {
    /// Opens one.
    pub fn open(url: &str) -> Self {
        let session = Session { url: url.into(), state: Vec::<u8>::new() };
        Self::check(&session);
        crate::net::connect(url).map(|c| c.ready()).unwrap();
        session
    }

    fn check(&self) {}
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "event")
    }
}

pub const MAX: usize = 3;
static mut COUNTER: u32 = 0;
type Alias = Session<u8>;

#[macro_export]
macro_rules! retry {
    ($e:expr) => {
        $e
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens() {
        const LOCAL: u8 = 1;
        Session::open("x");
    }
}
`

it('reads definitions, imports, calls and inheritance of Rust', async () => {
  const file = await parseSource(source, builtin('rust'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ struct Session 11-14',
      '+ property Session.url 12-12',
      '- property Session.state 13-13',
      '+ enum Event 17-20',
      '+ constant Event.Opened 18-18',
      '+ constant Event.Closed 19-19',
      '- property Event.Closed.code 19-19',
      '+ trait Send 22-32',
      '+ constant Send.LIMIT 23-23',
      '+ type Send.Output 24-24',
      '+ method Send.send 27-27',
      '+ method Send.flush 29-31',
      '+ constant Session.LIMIT 35-35',
      '+ type Session.Output 36-36',
      '+ method Session.send 38-43',
      '+ method Session.open 48-53',
      '- method Session.check 55-55',
      '+ method Event.fmt 59-61',
      '+ constant MAX 64-64',
      '- constant COUNTER 65-65',
      '- type Alias 66-66',
      '+ macro retry 69-73',
      '- module tests 76-84',
      '- function tests.opens 80-83',
    ],
    imports: [
      'std fmt fmt',
      'std::io . io',
      'std::io Read .',
      'std::io Write Write',
      'crate::net Connection Connection again',
      'super::codec * .',
      'self::wire . wire',
      'self::retry . retry again',
      'super * .',
    ],
    heritage: [
      'Send extends fmt Debug',
      'Send extends Named',
      'Session implements Send',
      'Event implements fmt Display',
    ],
    calls: [
      'Send.flush > self send',
      'Session.send > self.connection write',
      'Session.send > encode',
      'Session.send > wire frame',
      'Session.send > println',
      'Session.send > Ok',
      'Session.open > Session',
      'Session.open > url into',
      'Session.open > Vec new',
      'Session.open > Self check',
      'Session.open > crate::net connect',
      'Session.open > ? map',
      'Session.open > c ready',
      'Session.open > ? unwrap',
      'Event.fmt > write',
      'tests.opens > Session open',
    ],
    chunks: [
      '1-7',
      '9-14 struct Session',
      '16-20 enum Event',
      '22-32 trait Send',
      '34-44 struct Session',
      '46-56 struct Session',
      '58-62 enum Event',
      '64-66',
      '68-73 macro retry',
      '75-84 module tests',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual([
    'Session: Talks to one server.',
    'Event: What happened.',
    'Send.send: Sends.',
    'Session.open: Opens one.',
  ])
})

it('finds the files that a path of Rust means', () => {
  const files = fileIndexOf(
    'src/lib.rs',
    'src/net.rs',
    'src/net/tcp.rs',
    'src/codec/mod.rs',
    'src/codec/json.rs',
    'crates/my-wire/src/lib.rs',
    'crates/my-wire/src/frame.rs',
    'src/main.rs',
  )
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('rust').resolveModule?.(specifier, from, files)
  expect(resolve('crate::net', 'src/codec/json.rs')).toEqual(['src/net.rs'])
  expect(resolve('crate::net::tcp', 'src/codec/json.rs')).toEqual(['src/net/tcp.rs'])
  expect(resolve('crate::net::Session', 'src/lib.rs')).toEqual(['src/net.rs'])
  expect(resolve('crate.net', 'src/lib.rs')).toEqual(['src/net.rs'])
  expect(resolve('crate', 'src/net/tcp.rs')).toEqual(['src/lib.rs'])
  expect(resolve('self::tcp', 'src/net.rs')).toEqual(['src/net/tcp.rs'])
  expect(resolve('self::json', 'src/codec/mod.rs')).toEqual(['src/codec/json.rs'])
  expect(resolve('super', 'src/net/tcp.rs')).toEqual(['src/net.rs'])
  expect(resolve('super::super::codec', 'src/net/tcp.rs')).toEqual(['src/codec/mod.rs'])
  expect(resolve('net::tcp', 'src/lib.rs')).toEqual(['src/net/tcp.rs'])
  expect(resolve('my_wire::frame', 'src/lib.rs')).toEqual(['crates/my-wire/src/frame.rs'])
  expect(resolve('std::io', 'src/lib.rs')).toEqual([])
  expect(resolve('serde::de', 'src/lib.rs')).toEqual([])
})
