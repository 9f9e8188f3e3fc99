import type { TcpAddress } from '../../src/index.ts';
import { framed, message, REPLY, texts } from './hex.ts';
import { fakeServer } from './peers.ts';

/** A server that works through each connection in order, as most Thrift servers do: a thread each, framed, binary. */
export interface SerialPeer {
  readonly address: TcpAddress;
  /** Of each connection so far, the methods that it has begun to work at. */
  readonly begun: readonly (readonly string[])[];
  /** The most calls that one connection had ever sent without waiting for their replies. */
  readonly mostInFlight: number;
  /** Connections that the client has ended. */
  readonly ended: readonly number[];
  /** Lets the oldest `wait` call of a connection, counted from 0, come to its end. */
  finish(connection: number): void;
  /** Takes no further connections. */
  refuse(): Promise<void>;
  /** Ends one connection from this end. */
  hangUp(connection: number): void;
}

/** Its methods answer with their names: `ping` and `login` at once, `wait` when it is told to. */
export async function serialPeer(port = 0): Promise<SerialPeer> {
  const begun: string[][] = [];
  const ended: number[] = [];
  const finishing: (() => void)[][] = [];
  let mostInFlight = 0;
  const server = await fakeServer(socket => {
    const nth = begun.length;
    const [names, waiting]: [string[], (() => void)[]] = [[], []];
    begun.push(names);
    finishing.push(waiting);
    let got = Buffer.alloc(0);
    let inFlight = 0;
    let done = Promise.resolve();
    const work = async (name: string, seqid: number) => {
      names.push(name);
      if (name === 'wait') await new Promise<void>(resolve => waiting.push(resolve));
      inFlight--;
      if (name === 'note') return;
      socket.write(framed(message(REPLY, name, seqid, texts({ 0: name }))));
    };
    socket
      .on('data', chunk => {
        got = Buffer.concat([got, chunk]);
        while (got.length >= 4 && got.length >= 4 + got.readInt32BE(0)) {
          const frame = got.subarray(4, 4 + got.readInt32BE(0));
          got = got.subarray(4 + frame.length);
          const end = 8 + frame.readInt32BE(4);
          mostInFlight = Math.max(mostInFlight, ++inFlight);
          done = done.then(() => work(frame.toString('latin1', 8, end), frame.readInt32BE(end)));
        }
      })
      .on('end', () => socket.end())
      .on('close', () => ended.push(nth));
  }, port);
  return {
    address: server.address,
    begun,
    ended,
    get mostInFlight() {
      return mostInFlight;
    },
    finish: connection => finishing[connection]!.shift()!(),
    refuse: server.refuse,
    hangUp: connection => {
      server.sockets[connection]!.destroy();
    },
  };
}
