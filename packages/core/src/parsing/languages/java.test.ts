import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `package com.acme.net;

import static org.junit.Assert.assertEquals;
import static com.acme.Wire.*;

import java.util.*;
import java.util.Map.Entry;

/**
 * Talks to one server. Reconnects.
 */
@Service("session")
public class Session<T> extends Base<T> implements Closeable, net.Peer<T> {
    private static final int LIMIT = 1, MAX = 2;
    protected final String url;

    /** Opens it. */
    public Session(String url) {
        super(url);
        this.url = url;
    }

    // Sends.
    @Override
    public void send(List<T> messages) throws IOException {
        this.transport.write(encode(messages));
        messages.stream().map(Codec::encode).forEach(x -> new Frame<>(x).flush());
        super.send(messages);
    }

    void packagePrivate() {
        Entry.comparingByKey();
    }

    enum State {
        OPEN, CLOSED {
            void enter() {
                log("closed");
            }
        };

        void enter() {
        }
    }

    record Point(int x, int y) implements Comparable<Point> {
        Point {
            check(x);
        }
    }
}

interface Peer extends Named, Sized<String> {
    int VERSION = 1;

    void connect();

    default void close() {
        connect();
    }
}

@interface Marker {
    String value();
}
`

it('reads definitions, imports, calls and inheritance of Java', async () => {
  const file = await parseSource(source, builtin('java'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe('com.acme.net')
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ class Session 12-51',
      '- property Session.LIMIT 14-14',
      '- property Session.MAX 14-14',
      '+ property Session.url 15-15',
      '+ constructor Session.Session 18-21',
      '+ method Session.send 24-29',
      '- method Session.packagePrivate 31-33',
      '- enum Session.State 35-44',
      '- constant Session.State.OPEN 36-36',
      '- constant Session.State.CLOSED 36-40',
      '- method Session.State.CLOSED.enter 37-39',
      '- method Session.State.enter 42-43',
      '- class Session.Point 46-50',
      '- constructor Session.Point.Point 47-49',
      '- interface Peer 53-61',
      '- constant Peer.VERSION 54-54',
      '- method Peer.connect 56-56',
      '- method Peer.close 58-60',
      '- interface Marker 63-65',
      '- method Marker.value 64-64',
    ],
    imports: [
      'org.junit.Assert assertEquals assertEquals',
      'com.acme.Wire * .',
      'java.util * .',
      'java.util.Map.Entry Entry Entry',
    ],
    heritage: [
      'Session extends Base',
      'Session implements Closeable',
      'Session implements net Peer',
      'Session.Point implements Comparable',
      'Peer extends Named',
      'Peer extends Sized',
    ],
    calls: [
      'Session.send > this.transport write',
      'Session.send > encode',
      'Session.send > messages stream',
      'Session.send > ? map',
      'Session.send > Codec encode',
      'Session.send > ? forEach',
      'Session.send > Frame',
      'Session.send > ? flush',
      'Session.send > super send',
      'Session.packagePrivate > Entry comparingByKey',
      'Session.State.CLOSED.enter > log',
      'Session.Point.Point > check',
      'Peer.close > connect',
    ],
    chunks: [
      '1-7',
      '9-15 class Session',
      '17-21 class Session › constructor Session',
      '23-29 class Session › method send',
      '31-33 class Session › method packagePrivate',
      '35-44 class Session › enum State',
      '46-51 class Session › class Point',
      '53-61 interface Peer',
      '63-65 interface Marker',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Session: Talks to one server.', 'Session.Session: Opens it.', 'Session.send: Sends.'])
})

it('finds the files that an import of Java means', () => {
  const files = fileIndexOf(
    'src/main/java/com/acme/Wire.java',
    'src/main/java/com/acme/net/Session.java',
    'src/main/java/com/acme/net/Peer.java',
  )
  const from = 'src/main/java/com/acme/App.java'
  const resolve = (specifier: string): readonly string[] | undefined =>
    builtin('java').resolveModule?.(specifier, from, files)
  expect(resolve('com.acme.Wire')).toEqual(['src/main/java/com/acme/Wire.java'])
  expect(resolve('com.acme.Wire.Frame.Kind')).toEqual(['src/main/java/com/acme/Wire.java'])
  expect(resolve('com.acme.net')).toEqual([
    'src/main/java/com/acme/net/Peer.java',
    'src/main/java/com/acme/net/Session.java',
  ])
  expect(resolve('java.util.List')).toEqual([])
  expect(resolve('org.junit.Assert')).toEqual([])
})
