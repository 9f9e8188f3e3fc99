/**
 * The second half of `npm run build`, `tsx bundle.ts <dist>`: beside the declarations that the compiler wrote, the
 * programs, in few files. Node takes longer to find and open two hundred modules than to run what is in them.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, type Metafile } from 'esbuild';

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
const metafiles = [bundle([...exported, ...run]), bundle(apart)];
writeFileSync(join(dist, 'THIRD-PARTY.md'), licences(metafiles.flatMap(({ inputs }) => Object.keys(inputs))));
removeUnusedDeclarations();

/**
 * What these share goes into files of its own, so that everything is there once. The dependencies of package.json
 * stay imports, and other packages are put in. Names and lines stay, for whoever reads a stack trace.
 */
function bundle(entries: readonly string[]): Metafile {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: entries.map(entry => ({ in: `src/${entry}.ts`, out: entry })),
    outdir: dist,
    chunkNames: 'shared/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys({ ...dependencies, ...peerDependencies }),
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** The packages that are in the bundle, and the licences that they came under. */
function licences(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const byText = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    ) as {
      name: string;
      version: string;
      license: string;
    };
    const file = readdirSync(join(root, folder)).find(entry => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Error(`${folder} has no licence file, and would be put into dist without one`);
    const text = readFileSync(join(root, folder, file), 'utf8').trimEnd();
    byText.set(text, [...(byText.get(text) ?? []), `- ${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return `# What is in these files that others wrote\n\nPut together by esbuild, and otherwise as it was.\n\n${parts.join('\n')}`;
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
