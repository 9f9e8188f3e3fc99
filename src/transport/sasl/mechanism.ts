/** A value, now or later. */
export type Awaitable<T> = T | Promise<T>;

/** Signs or encrypts what follows the negotiation: SASL's qualities of protection `auth-int` and `auth-conf`. */
export interface SaslLayer {
  /** A message as it goes into a frame. Called for one message after the other. */
  wrap(message: Uint8Array): Awaitable<Uint8Array>;
  /** The message of a frame; what it throws ends the connection. Called for one frame after the other. */
  unwrap(frame: Uint8Array): Awaitable<Uint8Array>;
}

/** What one end says in a negotiation. */
export interface SaslStep {
  /** For the other end; absent: no bytes. */
  readonly data?: Uint8Array | undefined;
  /** True when this end expects nothing more, and is satisfied that the other is who it should be. */
  readonly done?: boolean;
  /** What protects the connection from here on, where that was agreed on; only with `done`. */
  readonly layer?: SaslLayer | undefined;
}

/** `SaslStep` of a server. */
export interface SaslServerStep extends SaslStep {
  /** Who the client is; with `done`. */
  readonly user?: string;
}

/** The client's end of one negotiation. What it throws ends the negotiation. */
export interface SaslClientSession {
  /**
   * Answers the server. It is asked first with `undefined`, for the initial response of a mechanism in which the
   * client speaks first; others answer `{}`. The server's last word comes as a challenge too, unless this end was
   * done before; what is answered to that one is not sent.
   */
  respond(challenge: Uint8Array | undefined): Awaitable<SaslStep>;
}

/** A way to say who a client is: `saslPlain`, or one of your own (GSSAPI, SCRAM-SHA-256, CRAM-MD5 ...). */
export interface SaslMechanism {
  /** As registered with IANA: `PLAIN`, `GSSAPI`. */
  readonly name: string;
  /** Begins a negotiation; asked anew for each connection. */
  begin(): SaslClientSession;
}

/** The server's end of one negotiation. */
export interface SaslServerSession {
  /**
   * Judges what the client says; an initial response may be empty. To refuse the client it throws an RpcError,
   * whose text the client is sent; any other error reaches only the operator.
   */
  respond(response: Uint8Array): Awaitable<SaslServerStep>;
}

/** A way to learn who a client is: `saslPlainServer`, or one of your own. */
export interface SaslServerMechanism {
  readonly name: string;
  /** Begins a negotiation; asked anew for each connection. */
  begin(): SaslServerSession;
}
