import { codec } from './codec.ts';
import { growth } from './growth.ts';
import { memory } from './memory.ts';
import { rpc } from './rpc.ts';
import { startup } from './startup.ts';
import { streams } from './streams.ts';
import type { Suite } from './suite.ts';

export type SuiteName = 'rpc' | 'codec' | 'startup' | 'memory' | 'growth' | 'streams';

export const suites: Readonly<Record<SuiteName, Suite>> = { rpc, codec, startup, memory, growth, streams };
