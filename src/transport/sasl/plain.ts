import { RpcError } from '../../errors/rpc-error.ts';
import type { Awaitable, SaslMechanism, SaslServerMechanism, SaslServerStep } from './mechanism.ts';

/**
 * The mechanism PLAIN (RFC 4616): a name and a password, readable by anybody on the way unless the connection
 * is under TLS. Many a HiveServer2 asks for it without checking the password, but takes no empty one: any will
 * do. `authorizationId` names whom to act as, where that is not the user. An empty name or password, and a NUL
 * in any of them, is a TypeError.
 */
export function saslPlain(username: string, password: string, authorizationId = ''): SaslMechanism {
  for (const [what, text] of Object.entries({ username, password, authorizationId })) {
    if (typeof text !== 'string') throw new TypeError(`saslPlain: ${what} is no string`);
    if (text.includes('\0'))
      throw new TypeError(`saslPlain: ${what} has a NUL character, which PLAIN cannot send`);
    if (text === '' && what !== 'authorizationId') {
      throw new TypeError(
        `saslPlain: ${what} is empty; a server that does not check it takes any other, say "x"`,
      );
    }
  }
  const data = Buffer.from(`${authorizationId}\0${username}\0${password}`);
  return { name: 'PLAIN', begin: () => ({ respond: () => ({ data, done: true }) }) };
}

/**
 * Says whether a password is right. `true`: the user is who they say. A string: they are known by that name from
 * here on; only so may a user act as another one, whom `authorizationId` names. `false` refuses them; what it
 * throws does too, and reaches the client only when it is an RpcError.
 *
 * Compare in constant time (`crypto.timingSafeEqual` over hashes of equal length), or the time taken tells how much of
 * a guess was right.
 */
export type CheckPassword = (
  username: string,
  password: string,
  authorizationId: string | undefined,
) => Awaitable<boolean | string>;

/** The server's end of the mechanism PLAIN (RFC 4616). */
export function saslPlainServer(check: CheckPassword): SaslServerMechanism {
  return { name: 'PLAIN', begin: () => ({ respond: response => judge(response, check) }) };
}

async function judge(response: Uint8Array, check: CheckPassword): Promise<SaslServerStep> {
  const parts = textOf(response).split('\0');
  const [authorizationId, username, password] = parts;
  if (parts.length !== 3 || !username || !password) {
    const text = 'expected [authorization id] NUL user name NUL password, the last two not empty';
    throw new RpcError('UNAUTHENTICATED', `no PLAIN response: ${text}`);
  }
  const actsAs = authorizationId === '' ? undefined : authorizationId;
  const known = await check(username, password, actsAs);
  if (known === true && (actsAs === undefined || actsAs === username)) return { done: true, user: username };
  if (known === true) throw new RpcError('PERMISSION_DENIED', 'this user may not act as another one');
  if (known === false) throw new RpcError('UNAUTHENTICATED', 'the user name or the password is wrong');
  if (typeof known === 'string' && known !== '') return { done: true, user: known };
  throw new TypeError('saslPlainServer: expected the check to give true, false or a name');
}

/** Bytes that are no UTF-8 are refused: replaced, two different passwords would be one. */
function textOf(response: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(response);
  } catch (cause) {
    throw new RpcError('UNAUTHENTICATED', 'no PLAIN response: it is no UTF-8', { cause });
  }
}
