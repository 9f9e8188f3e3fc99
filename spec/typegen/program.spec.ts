import { cpSync } from 'node:fs';
import { expect } from 'chai';
import { compilers, fixtures, installOldest, Project } from './project.ts';

describe('a program against a service with everything in it', function () {
  this.timeout(60_000);
  let project: Project;

  before(() => {
    installOldest();
    project = new Project({ noUnusedLocals: true, noUnusedParameters: true });
    cpSync(fixtures, project.folder, { recursive: true });
  });

  after(() => project.remove());

  for (const [which, compiler] of Object.entries(compilers)) {
    it(`compiles without a cast with the ${which} TypeScript, declarations checked too`, async () => {
      expect(await project.compile(compiler)).to.equal('');
    });
  }
});
