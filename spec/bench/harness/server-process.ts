import type { Entrant } from '../contenders/contender.ts';
import { contenderOf } from '../contenders/entrants.ts';
import { answerWith, cpuTime, roleOfProcess, type ServerCommands } from './ipc.ts';
import { memory } from './memory.ts';

const contender = await contenderOf(roleOfProcess<Entrant>());

answerWith<ServerCommands>({
  serve: () => contender.serve(),
  cpu: cpuTime,
  memory,
});
