/** What `idl/pingpong.thrift` defines, for the compiler: `livethrift types` writes it. */
export type PingPongModule = typeof import('../../idl/pingpong.thrift');

export const idl: URL = new URL('../../idl/pingpong.thrift', import.meta.url);

export const port: number = Number(process.env.PORT ?? 9000);
