/**
 * A peer as strict as Kitex (CloudWeGo, Go), which is not to be had from Debian or npm: it closes the connection on
 * whatever Kitex closes it on, and writes what Kitex would, in an order of its own.
 */
import type { Socket } from 'node:net';
import type { TcpAddress } from '../../src/index.ts';
import { medium, ttFrame } from './frames.ts';
import { CALL, EXCEPTION, framed, message, ONEWAY, REPLY } from './hex.ts';
import { fakeServer, RawClient } from './peers.ts';

/** Keys of the numbered pairs (pkg/remote/transmeta). */
export const key = {
  meshVersion: 0,
  transportType: 1,
  fromService: 3,
  toService: 6,
  toMethod: 9,
  rpcTimeout: 12,
  messageType: 22,
  frameType: 27,
  streamTimeout: 28,
} as const;

/** The flag of all frames on a connection of streams. */
export const STREAMING = 0x0002;
const types = [CALL, REPLY, EXCEPTION, ONEWAY];

/** The pairs around a message. */
export interface KitexHeader {
  readonly texts: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<number, string>;
  readonly token: string | undefined;
}

/** What a frame says, and the message in it. */
export interface KitexFrame extends KitexHeader {
  /** TTHeaderFramed: the message stands behind its length once more. */
  readonly framed: boolean;
  readonly type: number;
  readonly name: string;
  readonly seqid: number;
  /** The struct of arguments, or of the result. */
  readonly body: Buffer;
}

/** What a header is written from. */
export interface KitexPairs {
  readonly texts?: Readonly<Record<string, string>>;
  readonly numbers?: Readonly<Record<number, string>>;
  readonly token?: string;
}

/** What a frame is written from. */
export interface KitexParts extends KitexPairs {
  readonly framed?: boolean;
  readonly type: number;
  readonly name: string;
  readonly seqid: number;
  readonly body: Uint8Array | string;
}

/** Takes a frame apart, without its length. Throws where Kitex closes the connection. */
export function readFrame(bytes: Buffer): KitexFrame {
  const { flags, sequence, protocol, payload, ...header } = readHeader(bytes);
  if ((flags & STREAMING) !== 0) throw new Error('a frame of a stream');
  if (protocol !== 0) throw new Error(`unsupported protocol id ${protocol}`);
  const inside = readPayload(payload);
  if (sequence !== inside.seqid) throw new Error(`seqid ${inside.seqid} in a frame with ${sequence}`);
  return { ...header, ...inside };
}

/** A header, and what stands around it in every frame. */
export interface KitexEnvelope extends KitexHeader {
  readonly flags: number;
  readonly sequence: number;
  readonly protocol: number;
  readonly payload: Buffer;
}

/** The header of a frame without its length. Throws where Kitex's decoder does (gopkg, protocol/ttheader). */
export function readHeader(bytes: Buffer): KitexEnvelope {
  if (bytes.length < 10) throw new Error(`a frame of ${bytes.length} bytes`);
  if (bytes.readUInt16BE(0) !== 0x1000) throw new Error(`magic ${bytes.readUInt16BE(0).toString(16)}`);
  const end = 10 + bytes.readUInt16BE(8) * 4;
  if (end > bytes.length) throw new Error('the header is longer than the frame');
  const header = new Cursor(bytes.subarray(10, end));
  const [protocol, transforms] = [header.u8(), header.u8()];
  header.take(transforms);
  const texts = new Map<string, string>();
  const numbers = new Map<number, string>();
  let token: string | undefined;
  while (!header.isAtEnd) {
    const id = header.u8();
    if (id === 0x00) continue;
    if (id === 0x01) for (let left = header.u16(); left > 0; left--) texts.set(header.text(), header.text());
    else if (id === 0x10)
      for (let left = header.u16(); left > 0; left--) numbers.set(header.u16(), header.text());
    else if (id === 0x11) token = header.text();
    else throw new Error(`invalid info id ${id}`);
  }
  const [flags, sequence] = [bytes.readUInt16BE(2), bytes.readInt32BE(4)];
  return { flags, sequence, protocol, texts, numbers, token, payload: bytes.subarray(end) };
}

/** Only strict binary is known, bare or behind its length. */
function readPayload(payload: Buffer): Pick<KitexFrame, 'framed' | 'type' | 'name' | 'seqid' | 'body'> {
  const isBare = payload.readUInt16BE(0) === 0x8001;
  const isFramed = !isBare && payload.length >= 6 && payload.readUInt16BE(4) === 0x8001;
  if (!isBare && !isFramed) throw new Error('no strict binary message');
  if (isFramed && payload.readUInt32BE(0) !== payload.length - 4)
    throw new Error('bad length of the payload');
  const from = isFramed ? 4 : 0;
  const type = payload[from + 3]!;
  if (!types.includes(type)) throw new Error(`message type ${type}`);
  const length = payload.readInt32BE(from + 4);
  if (length <= 0 || from + 12 + length >= payload.length) throw new Error(`a name of ${length} bytes`);
  const name = payload.toString('utf8', from + 8, from + 8 + length);
  const seqid = payload.readInt32BE(from + 8 + length);
  return { framed: isFramed, type, name, seqid, body: payload.subarray(from + 12 + length) };
}

/** A whole frame. */
export function writeFrame({ framed: isFramed, type, name, seqid, body, ...pairs }: KitexParts): Buffer {
  const inside = message(type, name, seqid, body);
  return ttFrame(isFramed ? framed(inside) : inside, { seqid, header: writeHeader(0, pairs) });
}

/** A header: numbers first, later keys before earlier ones, for no order is promised. */
export function writeHeader(protocol: number, { texts = {}, numbers = {}, token }: KitexPairs): Buffer {
  const pairsOfTexts = Object.entries(texts).reverse();
  const pairsOfNumbers = Object.entries(numbers).reverse();
  return Buffer.concat([
    Buffer.of(protocol, 0),
    ...(token === undefined ? [] : [Buffer.of(0x11), medium(token)]),
    Buffer.of(0x10, 0, pairsOfNumbers.length),
    ...pairsOfNumbers.flatMap(([number, value]) => [
      Buffer.of(Number(number) >> 8, Number(number) & 0xff),
      medium(value),
    ]),
    Buffer.of(0x01, 0, pairsOfTexts.length),
    ...pairsOfTexts.flat().map(medium),
  ]);
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(size: number): Buffer {
    if (this.#at + size > this.#bytes.length) throw new Error('the header ends too soon');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  text(): string {
    return this.take(this.u16()).toString();
  }
}

export interface KitexServer {
  readonly address: TcpAddress;
  /** What clients asked for. */
  readonly requests: readonly KitexFrame[];
  /** Why connections were closed. */
  readonly violations: readonly string[];
}

/** What a server answers with; what is not here is taken from the request. */
export type KitexAnswer = Partial<KitexParts> & Pick<KitexParts, 'body'>;

/** A server. `answer` gives undefined for what is not answered. */
export async function kitexServer(
  answer: (request: KitexFrame, socket: Socket) => KitexAnswer | undefined,
): Promise<KitexServer> {
  const requests: KitexFrame[] = [];
  const violations: string[] = [];
  const { address } = await fakeServer(socket => {
    let got: Buffer = Buffer.alloc(0);
    const serve = () => {
      while (got.length >= 4 && got.length >= 4 + got.readUInt32BE()) {
        const request = readFrame(got.subarray(4, 4 + got.readUInt32BE()));
        got = got.subarray(4 + got.readUInt32BE());
        checkRequest(request);
        requests.push(request);
        const { name, seqid, framed } = request;
        const given = answer(request, socket);
        if (given !== undefined) {
          const type = given.type ?? REPLY;
          const numbers = { [key.messageType]: `${type}`, ...given.numbers };
          socket.write(writeFrame({ name, seqid, framed, ...given, type, numbers }));
        }
      }
    };
    socket.on('data', chunk => {
      got = Buffer.concat([got, chunk]);
      try {
        serve();
      } catch (error) {
        violations.push(String(error));
        socket.destroy();
      }
    });
  });
  return { address, requests, violations };
}

/** What every client of Kitex's own says of its call. */
function checkRequest({ type, name, texts, numbers }: KitexFrame): void {
  if (type !== CALL && type !== ONEWAY) throw new Error(`a request of type ${type}`);
  if (!texts.has('isn')) throw new Error('no isn');
  if (numbers.get(key.toMethod) !== name) throw new Error(`${name} is called ${numbers.get(key.toMethod)}`);
}

/** A client. */
export class KitexClient {
  readonly #raw: RawClient;
  #seqid = 0;

  private constructor(raw: RawClient) {
    this.#raw = raw;
  }

  static async connect(address: TcpAddress): Promise<KitexClient> {
    return new KitexClient(await RawClient.connect(address));
  }

  /** Sends a call and gives its sequence id. */
  send(service: string, name: string, body: KitexParts['body'], own: Partial<KitexParts> = {}): number {
    const seqid = ++this.#seqid;
    const texts = { isn: service, RPC_PERSIST_zone: 'north', rip: '10.0.0.1', ...own.texts };
    const numbers = {
      [key.meshVersion]: 'v1.0.0',
      [key.transportType]: own.framed ? 'framed' : 'unframed',
      [key.fromService]: 'a.client',
      [key.toService]: 'a.server',
      [key.toMethod]: name,
      [key.rpcTimeout]: '500',
      [key.messageType]: `${own.type ?? CALL}`,
      ...own.numbers,
    };
    this.#raw.send(writeFrame({ type: CALL, name, seqid, body, ...own, texts, numbers }));
    return seqid;
  }

  /** The next answer. Fails when the server wrote what Kitex would not read, or closed the connection. */
  async receive(): Promise<KitexFrame> {
    const size = (await this.#raw.read(4)).readUInt32BE();
    return readFrame(await this.#raw.read(size));
  }

  /** A call, and its answer. */
  async call(...request: Parameters<KitexClient['send']>): Promise<KitexFrame> {
    const seqid = this.send(...request);
    const answer = await this.receive();
    if (answer.seqid !== seqid) throw new Error(`the answer to ${seqid} has the sequence id ${answer.seqid}`);
    return answer;
  }
}
