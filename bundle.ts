/**
 * The second half of `npm run build`, `tsx bundle.ts <dist>`: beside the declarations that the compiler wrote, the
 * programs, in few files. Node takes longer to find and open two hundred modules than to run what is in them.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

/** What users import; theirs are the declarations that are kept. */
const exported = ['index', 'types', 'register/register', 'apache/apache'];
/** The same, of which the others need nothing, and which needs of them what is small and remembers nothing. */
const apart = ['auth/auth', 'otel/otel', 'registries/etcd', 'registries/zookeeper'];
/** What is run by its path. */
const run = ['register/hooks', 'register/runtime', 'cli/main'];

const dist = resolve(process.argv[2]!);
const inputs = [...(await bundle([...exported, ...run])), ...(await bundle(apart))];
writeFileSync(join(dist, 'THIRD-PARTY.md'), licences(inputs));
removeUnusedDeclarations();

/**
 * Gives the files that went into it. What these share goes into files of its own, so that everything is there once. The
 * dependencies of package.json stay imports, and other packages are put in. Names stay, for whoever reads a stack trace.
 */
async function bundle(entries: readonly string[]): Promise<readonly string[]> {
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map(entry => [entry, `src/${entry}.ts`])),
    external: [/^node:/, ...Object.keys({ ...dependencies, ...peerDependencies })],
    platform: 'node',
    tsconfig: false,
  });
  const { output } = await build.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[hash].js',
    // A `const` is a constant to V8's compiler, as `var` is not: measured, a tenth of a call.
    topLevelVar: false,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
  return output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : []));
}

/** The packages that are in the bundle, and the licences that they came under. */
function licences(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const byText = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license: string;
    };
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Error(`${folder} has no licence file, and would be put into dist without one`);
    const text = readFileSync(join(folder, file), 'utf8').trimEnd();
    byText.set(text, [...(byText.get(text) ?? []), `- ${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return `# What is in these files that others wrote\n\nPut together by rolldown, and otherwise as it was.\n\n${parts.join('\n')}`;
}

/** Some of those that no entry leads to speak of packages that nobody has to install. */
function removeUnusedDeclarations(): void {
  const used = new Set<string>();
  const visit = (file: string): void => {
    if (used.has(file)) return;
    used.add(file);
    const imports = /(?:from |import\()['"](\.[^'"]+)\.ts['"]/g;
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(imports)) {
      visit(`${resolve(dirname(file), specifier!)}.d.ts`);
    }
  };
  for (const entry of [...exported, ...apart]) visit(join(dist, `${entry}.d.ts`));
  for (const entry of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const file = join(dist, entry);
    if (file.endsWith('.d.ts') && !used.has(file)) rmSync(file);
  }
}
