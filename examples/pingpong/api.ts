import type { Service } from 'livethrift';

/** What `idl/pingpong.thrift` defines, for the compiler. */
export interface PingPongModule {
  readonly PingPong: Service<{
    ping(): string;
    login(username: string, password: string): string;
  }>;
}

export const idl: URL = new URL('../../idl/pingpong.thrift', import.meta.url);

export const port: number = Number(process.env.PORT ?? 9000);
