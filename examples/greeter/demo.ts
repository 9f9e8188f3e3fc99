/** Both programs in one process. */
import { server } from './server.ts';

await import('./client.ts');
await server.close();
