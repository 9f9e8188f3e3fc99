import { RpcError } from '../errors/rpc-error.ts';
import { onAbort } from '../rpc/aborts.ts';
import type { ClientInvocation } from '../rpc/interceptor.ts';
import { startTimer } from '../rpc/timers.ts';

/**
 * Waits for something that a call needs before it is sent, and no longer than the call may take: DEADLINE_EXCEEDED or
 * CANCELLED then. `what` it is: `its token`.
 */
export async function waitFor<T>(
  { method, peer, deadline, signal }: ClientInvocation,
  what: string,
  promise: Promise<T>,
): Promise<T> {
  const init = { method, peer, phase: 'unsent' as const };
  let end: () => void = () => {};
  const over = new Promise<never>((_, reject) => {
    const timer = startTimer(deadline - Date.now(), () =>
      reject(
        new RpcError('DEADLINE_EXCEEDED', `${method}: the time was over while it waited for ${what}`, init),
      ),
    );
    const abort = () => {
      const reason: unknown = signal?.reason;
      const text = reason instanceof Error ? reason.message : String(reason);
      const error = new RpcError('CANCELLED', `${method}: cancelled while it waited for ${what}: ${text}`, {
        ...init,
        cause: reason,
      });
      reject(error);
    };
    if (signal?.aborted) abort();
    const unheed = signal && onAbort(signal, abort);
    end = () => {
      clearTimeout(timer);
      unheed?.();
    };
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    end();
  }
}
