import { RpcError } from '../../errors/rpc-error.ts';
import type { Envelope } from '../../transport/envelope.ts';
import type { Method } from '../method.ts';
import { notBegun } from '../not-begun.ts';
import { Watchdog } from '../watchdog.ts';
import type { Admission } from './admission.ts';
import { Line, type Waiting } from './fair-queue.ts';

/** What is known of what waits. */
interface WaitingRequest {
  readonly method: Method;
  readonly envelope: Envelope;
}

/** Who lets calls wait. */
export interface WaitingCallsOwner<Request extends WaitingRequest> {
  /** A place was taken for it. `left` is what is left of its `timeout`, in ms. */
  begin(request: Request, timeout: number, left: number): void;
  /** It has waited in vain. */
  refuse(request: Request, why: RpcError): void;
}

interface WaitingCall<Request> extends Waiting {
  readonly request: Request;
  readonly patience: Watchdog;
}

/** The calls of one connection that wait for a place. */
export class WaitingCalls<Request extends WaitingRequest> {
  readonly #admission: Admission;
  readonly #owner: WaitingCallsOwner<Request>;
  readonly #line = new Line();
  readonly #all = new Set<WaitingCall<Request>>();

  constructor(admission: Admission, owner: WaitingCallsOwner<Request>) {
    this.#admission = admission;
    this.#owner = owner;
  }

  /** Lets a call wait that has so many ms in all. */
  add(request: Request, timeout: number): void {
    const since = performance.now();
    const queueTimeout = this.#admission.patience(request.envelope.headers);
    const late = () => this.#owner.refuse(request, tooLate(request, timeout, queueTimeout));
    const waiting: WaitingCall<Request> = {
      request,
      before: undefined,
      after: undefined,
      patience: new Watchdog(Math.min(timeout, queueTimeout), () => {
        this.#all.delete(waiting);
        this.#admission.withdraw(this.#line, waiting);
        late();
      }),
      begin: () => {
        waiting.patience.stop();
        this.#all.delete(waiting);
        const waited = performance.now() - since;
        if (waited < Math.min(timeout, queueTimeout))
          return this.#owner.begin(request, timeout, timeout - waited);
        // Nobody may have had the time to look at the clock.
        this.#admission.leave();
        late();
      },
    };
    this.#all.add(waiting);
    this.#admission.wait(this.#line, waiting);
    waiting.patience.start();
  }

  /** Takes out the calls that this is true of, and gives their requests: they are never begun. */
  withdraw(isOver: (request: Request) => boolean): Request[] {
    const gone = Array.from(this.#all).filter(({ request }) => isOver(request));
    for (const waiting of gone) {
      waiting.patience.stop();
      this.#all.delete(waiting);
      this.#admission.withdraw(this.#line, waiting);
    }
    return gone.map(({ request }) => request);
  }
}

function tooLate(
  { method: { fullName: method } }: WaitingRequest,
  timeout: number,
  queueTimeout: number,
): RpcError {
  if (timeout <= queueTimeout) {
    const text = `${method}: not begun within ${timeout} ms, the server is busy`;
    return new RpcError('DEADLINE_EXCEEDED', text, { method });
  }
  const text = `${method}: not begun within ${queueTimeout} ms, the server is busy (concurrency.queueTimeout)`;
  return notBegun('RESOURCE_EXHAUSTED', text);
}
