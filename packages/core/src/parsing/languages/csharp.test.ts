import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `using System;
using static System.Math;
using Json = Newtonsoft.Json.Linq;

namespace Acme.Net
{
    /// <summary>Talks to one server. Reconnects.</summary>
    [Serializable]
    public abstract class Session<T> : Base<T>, IDisposable, Net.IPeer<T> where T : class
    {
        private const int Limit = 3;
        private readonly string url;
        public string Url { get; set; }
        public event EventHandler Closed;

        public Session(string url) : base(url)
        {
            this.url = url;
        }

        /// <summary>Sends a message.</summary>
        [Obsolete]
        public async Task<int> SendAsync(T message)
        {
            await this.transport.WriteAsync(Encode<T>(message));
            base.Send(message);
            listener?.Invoke(new Frame(1));
            void Local() => Check();
            return Max(1, 2);
        }

        void Hidden()
        {
        }

        public enum State { Open, Closed }
    }

    internal interface IPeer : INamed
    {
        void Connect();
    }

    public record Point(int X, int Y) : Shape(X);
    public struct Pair { public int A; }
    public delegate void Handler(int code);
}
`

it('reads definitions, imports, calls and inheritance of C#', async () => {
  const file = await parseSource(source, builtin('csharp'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe('Acme.Net')
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ class Session 8-37',
      '- property Session.Limit 11-11',
      '- property Session.url 12-12',
      '+ property Session.Url 13-13',
      '+ property Session.Closed 14-14',
      '+ constructor Session.Session 16-19',
      '+ method Session.SendAsync 22-30',
      '- function Session.SendAsync.Local 28-28',
      '- method Session.Hidden 32-34',
      '+ enum Session.State 36-36',
      '+ constant Session.State.Open 36-36',
      '+ constant Session.State.Closed 36-36',
      '+ interface IPeer 39-42',
      '+ method IPeer.Connect 41-41',
      '+ class Point 44-44',
      '+ struct Pair 45-45',
      '+ property Pair.A 45-45',
      '+ type Handler 46-46',
    ],
    imports: ['System * .', 'System.Math * .', 'Newtonsoft.Json.Linq . Json'],
    heritage: [
      'Session extends Base',
      'Session implements IDisposable',
      'Session implements Net IPeer',
      'IPeer implements INamed',
      'Point extends Shape',
    ],
    calls: [
      'Session.SendAsync > this.transport WriteAsync',
      'Session.SendAsync > Encode',
      'Session.SendAsync > base Send',
      'Session.SendAsync > listener Invoke',
      'Session.SendAsync > Frame',
      'Session.SendAsync.Local > Check',
      'Session.SendAsync > Max',
    ],
    chunks: [
      '1-6',
      '7-14 class Session',
      '16-19 class Session › constructor Session',
      '21-30 class Session › method SendAsync',
      '32-34 class Session › method Hidden',
      '36-37 class Session › enum State',
      '39-42 interface IPeer',
      '44-44 class Point',
      '45-45 struct Pair',
      '46-47 type Handler',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Session: Talks to one server.', 'Session.SendAsync: Sends a message.'])
})

it('finds the files that a using of C# means', () => {
  const files = fileIndexOf('src/Acme/Net/Session.cs', 'src/Acme/Net/Peer.cs', 'src/Acme/App.cs')
  const resolve = (specifier: string): readonly string[] | undefined =>
    builtin('csharp').resolveModule?.(specifier, 'src/Acme/App.cs', files)
  expect(resolve('Acme.Net')).toEqual(['src/Acme/Net/Peer.cs', 'src/Acme/Net/Session.cs'])
  expect(resolve('Acme.Net.Session')).toEqual(['src/Acme/Net/Session.cs'])
  expect(resolve('Company.Acme.Net')).toEqual(['src/Acme/Net/Peer.cs', 'src/Acme/Net/Session.cs'])
  expect(resolve('System.Linq')).toEqual([])
})
