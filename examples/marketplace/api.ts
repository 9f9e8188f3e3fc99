import { load } from 'livethrift';

/** What `recommendations.thrift` defines, for the compiler: `livethrift types` writes it. */
export type Api = typeof import('./recommendations.thrift');

export const api: Api = await load<Api>(new URL('recommendations.thrift', import.meta.url));
