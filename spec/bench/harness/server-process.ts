import { contenderOf } from '../contenders/entrants.ts';
import { answerWith, entrantOfProcess } from './ipc.ts';

const contender = await contenderOf(entrantOfProcess());

answerWith({
  serve: () => contender.serve(),
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
