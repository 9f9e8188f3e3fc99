import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { fixtures, installOldest, languageServer, Project } from '../typegen/project.ts';

interface Place {
  readonly line: number;
  readonly offset: number;
}

interface Definition {
  readonly file: string;
  readonly start: Place;
}

/** TypeScript's language server, as an editor speaks to it. */
class LanguageServer {
  readonly #process: ChildProcess = spawn(process.execPath, [
    languageServer,
    '--disableAutomaticTypingAcquisition',
  ]);
  readonly #waiting = new Map<number, (body: unknown) => void>();
  #count = 0;
  #read = '';

  constructor() {
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#read += text;
      const rows = this.#read.split('\n');
      this.#read = rows.pop()!;
      for (const row of rows.filter(line => line.startsWith('{'))) {
        const message = JSON.parse(row) as { type: string; request_seq: number; body: unknown };
        if (message.type === 'response') this.#waiting.get(message.request_seq)?.(message.body);
      }
    });
  }

  open(file: string): void {
    this.#send('open', { file });
  }

  async definitions(file: string, place: Place): Promise<readonly Definition[]> {
    const number = this.#send('definition', { file, ...place });
    const body = await new Promise<unknown>(resolve => this.#waiting.set(number, resolve));
    return body as Definition[];
  }

  close(): void {
    this.#process.kill();
  }

  #send(command: string, body: object): number {
    const number = ++this.#count;
    this.#process.stdin!.write(
      `${JSON.stringify({ seq: number, type: 'request', command, arguments: body })}\n`,
    );
    return number;
  }
}

const program = `
import { ANSWER, Everything, Shape, Status, Demanding, Removal, Near } from './everything.thrift';
import { makeClient, makeServer } from 'livethrift';
const client = makeClient(Everything, 'localhost:9000');
const found = await client.find(1, 'hint');
found.favourite;
new Demanding({ who: 'me', id: 1n });
const shape = new Shape({ sides: 3 });
shape.owner;
Status.FINISHED;
client.ping();
new Removal();
ANSWER;
makeServer(Everything, { note: text => text.trim() }, { partial: true });
`;

describe('"go to definition" in an editor', function () {
  this.timeout(60_000);
  let project: Project;
  let server: LanguageServer;

  before(() => {
    installOldest();
    project = new Project();
    cpSync(fixtures, project.folder, { recursive: true });
    project.write('program.ts', program);
    server = new LanguageServer();
    server.open(project.path('program.ts'));
  });

  after(() => {
    server.close();
    project.remove();
  });

  const wanted: readonly (readonly [what: string, at: string, file: string, text: string])[] = [
    ['an imported service', 'Everything, Shape', 'everything', 'service Everything'],
    ['an imported union', 'Shape, Status', 'everything', 'union Shape'],
    ['an imported enum', 'Status, Demanding', 'everything', 'enum Status'],
    ['an imported struct', 'Demanding, Removal', 'everything', 'struct Demanding'],
    ["another name of another file's struct", 'Removal, Near', 'words', 'struct delete'],
    ['a name that leads through three files', 'Near }', 'farther', 'struct Farther'],
    ['a called method', 'find(', 'everything', 'find'],
    ['an inherited method', 'ping(', 'everything', 'ping'],
    ['a method that is handled', 'note: text', 'everything', 'note'],
    ["a field of a result from another file's struct", 'favourite;', 'shared', 'favourite'],
    ['a field that is given', 'who: ', 'everything', 'who'],
    ['a member of a union that is given', 'sides: ', 'everything', 'sides'],
    ['a member of a union that is read', 'owner;', 'everything', 'owner'],
    ['a member of an enum', 'FINISHED;', 'everything', 'FINISHED'],
    ['a constructed struct', 'Removal()', 'words', 'struct delete'],
    ['a constant', 'ANSWER;', 'everything', 'ANSWER'],
  ];
  for (const [what, at, file, text] of wanted) {
    it(`leads from ${what} into the .thrift file`, async () => {
      const found = await server.definitions(project.path('program.ts'), placeOf(program, at));
      // Behind `new` the signature of all constructors is an answer too, the last one.
      const ours = found.filter(({ file: path }) => !path.includes('/node_modules/livethrift/'));
      const places = ours.map(textAt);
      expect(places).to.have.length.greaterThan(0);
      const [kind, name] = text.includes(' ') ? text.split(' ') : [undefined, text];
      for (const place of places) {
        expect(place.file).to.equal(project.path(`${file}.thrift`));
        expect(place.from).to.match(new RegExp(`^${name}\\b`));
        if (kind !== undefined) expect(place.before).to.match(new RegExp(`^${kind} $`));
      }
    });
  }
});

/** The file of a definition, and its line before and from where it is. */
function textAt({ file, start }: Definition): { file: string; before: string; from: string } {
  const line = readFileSync(file, 'utf8').split('\n')[start.line - 1]!;
  return { file, before: line.slice(0, start.offset - 1), from: line.slice(start.offset - 1) };
}

function placeOf(text: string, part: string): Place {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return { line: before.length, offset: before.at(-1)!.length + 1 };
}
