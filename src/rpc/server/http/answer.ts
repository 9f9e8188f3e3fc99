import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { builtins } from '../../builtins.ts';

/** What a request gets that no call answers: a text for who reads it. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** What a request gets that comes when the server drains. */
export const closing: Answer = {
  status: 503,
  text: 'the server is closing: the call was not begun',
  headers: { Connection: 'close', 'Retry-After': '0' },
};

/** As browsers are to take it: a text, and nothing else that they may see in it. */
const textHeaders = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

/** Answers with this. */
export function answer(response: ServerResponse, { status, text, headers }: Answer): void {
  const body = Buffer.from(text === '' ? '' : `${text}\n`);
  response.writeHead(status, {
    ...(text === '' ? {} : textHeaders),
    ...(status === 204 ? {} : { 'Content-Length': body.length }),
    ...headers,
  });
  response.end(body);
}

/** The same as bytes, where there is no response to write to; the connection ends behind it. */
export function answerBytes({ status, text, headers }: Answer): Buffer {
  const body = `${text}\n`;
  const fields = {
    ...textHeaders,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
    Connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `HTTP/1.1 ${status} ${builtins.http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`,
  );
}
