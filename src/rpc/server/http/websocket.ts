import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { RpcError } from '../../../errors/rpc-error.ts';
import { WebSocketStream } from '../../websocket-stream.ts';
import type { ServingSettings } from '../settings.ts';

/** The longest frame that `ws` can have a limit for. */
const LONGEST = 2 ** 31 - 1;

/** Does the handshakes of WebSockets. The package for it is only loaded when the first one comes. */
export class WebSocketGate {
  readonly #settings: ServingSettings;
  #server: Promise<WebSocketServer> | undefined;

  constructor(settings: ServingSettings) {
    this.#settings = settings;
  }

  /** Answers a request for a WebSocket; undefined when it was no good one, which is answered too. */
  async open(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    peer: string,
  ): Promise<WebSocketStream | undefined> {
    this.#server ??= this.#load();
    const server = await this.#server;
    let opened: WebSocketStream | undefined;
    server.handleUpgrade(request, socket, head, ws => {
      ws.on('error', error => this.#report(error, peer));
      opened = over(ws);
    });
    return opened;
  }

  async #load(): Promise<WebSocketServer> {
    const { WebSocketServer } = await import('ws');
    const maxPayload = Math.min(this.#settings.limits.message, LONGEST);
    return new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
    });
  }

  #report(error: Error, peer: string): void {
    const text = `${peer} sent what no WebSocket may send: ${error.message}`;
    this.#settings.onError(new RpcError('INVALID_ARGUMENT', text, { peer, cause: error }), { peer });
  }
}

function over(ws: WebSocket): WebSocketStream {
  const stream = new WebSocketStream({ text: 'alike', closeCode: 1001 });
  stream.attach(ws);
  return stream;
}
