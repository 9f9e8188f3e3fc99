import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { WebSocket } from 'ws';
import { RpcError } from '../../errors/rpc-error.ts';
import type { Headers } from '../../transport/envelope.ts';
import type { WebAddress } from '../address.ts';
import { builtins } from '../builtins.ts';
import { WebSocketStream } from '../websocket-stream.ts';
import { MOST_TEXT, refusalOf } from './http/status.ts';
import type { Dial, Link, LinkOwner } from './link.ts';

export interface WebSocketSettings {
  /** Of the handshake; asked anew for each. */
  readonly headers: () => Headers | Promise<Headers>;
  /** Of `wss:`. */
  readonly tls: ConnectionOptions;
  /** A Unix socket, in the place of the URL's host. */
  readonly socketPath: string | undefined;
  /** Bytes of one frame that comes. */
  readonly maxPayload: number;
  /** Whether messages are sent as text. */
  readonly text: boolean;
}

/** The longest frame that `ws` can have a limit for. */
const LONGEST = 2 ** 31 - 1;

/** Dials a WebSocket. The package for it is only loaded then. */
export function webSocketDial(address: WebAddress, settings: WebSocketSettings): Dial {
  return owner => {
    const link = new WebSocketLink(settings.text, owner);
    open(link, address, settings, owner).catch(error => link.stream.destroy(error));
    return link;
  };
}

class WebSocketLink implements Link {
  readonly stream: WebSocketStream;
  #socket: Socket | undefined;
  #isHeld = true;

  constructor(text: boolean, owner: LinkOwner) {
    let failure: Error | undefined;
    this.stream = new WebSocketStream({ text, closeCode: 1000 })
      .on('data', chunk => owner.receive(chunk, chunk.length))
      .on('error', error => {
        failure = error;
      })
      .on('close', () => owner.closed(failure));
  }

  use(socket: Socket): void {
    this.#socket = socket;
    this.stream.gatherIn(socket);
    socket.setNoDelay(true).setKeepAlive(true);
    if (!this.#isHeld) socket.unref();
  }

  /**
   * Tells when the peer has sent its Close frame. There is no event for it: `close` comes when the peer has closed the
   * socket too, and what is written until then goes nowhere. These listeners come after those of `ws`.
   */
  watch(ws: WebSocket, owner: LinkOwner): void {
    const look = () => {
      if (ws.readyState === ws.OPEN) return;
      this.#socket?.off('data', look).off('end', look);
      owner.leaving?.();
    };
    this.#socket?.on('data', look).on('end', look);
  }

  ref(): void {
    this.#isHeld = true;
    this.#socket?.ref();
  }

  unref(): void {
    this.#isHeld = false;
    this.#socket?.unref();
  }
}

async function open(
  link: WebSocketLink,
  { url, authorization, text, isSecure }: WebAddress,
  { headers, tls, socketPath, maxPayload }: WebSocketSettings,
  owner: LinkOwner,
): Promise<void> {
  const [{ WebSocket }, own] = await Promise.all([import('ws'), headers()]);
  if (link.stream.destroyed) return;
  const ws = new WebSocket(url, {
    ...tls,
    ...(socketPath === undefined ? {} : { createConnection: () => connectPath(socketPath, isSecure, tls) }),
    headers: { ...(authorization === undefined ? {} : { authorization }), ...Object.fromEntries(own) },
    perMessageDeflate: false,
    // A text may lie across frames, cut anywhere.
    skipUTF8Validation: true,
    maxPayload: Math.min(maxPayload, LONGEST),
    finishRequest(request) {
      request.on('socket', socket => link.use(socket)).end();
    },
  });
  link.stream.attach(ws);
  ws.on('open', () => {
    link.watch(ws, owner);
    owner.opened(link.stream);
  }).on('unexpected-response', (request, response) =>
    explain(request, response, text, error => link.stream.destroy(error)),
  );
}

function connectPath(path: string, isSecure: boolean, tls: ConnectionOptions): Socket {
  return isSecure ? builtins.tls.connect({ path, ...tls }) : connect({ path });
}

/** A server that does not take the handshake says why in its answer. */
function explain(
  request: ClientRequest,
  response: IncomingMessage,
  peer: string,
  tell: (error: RpcError) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = () => {
    const { code, text, details } = refusalOf(response, Buffer.concat(chunks));
    tell(new RpcError(code, `it ${text}`, { peer, details }));
    request.destroy();
  };
  response
    .on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_TEXT) end();
    })
    .on('error', end)
    .on('end', end);
}
