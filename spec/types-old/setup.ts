/** From here on the specs of types are those of the oldest TypeScript, which is installed beside this file. */
process.env.LIVETHRIFT_TYPESCRIPT = 'oldest';
const { installOldest } = await import('../typegen/project.ts');
installOldest();

export {};
