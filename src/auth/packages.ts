/** Imports a package that users install beside this one; says so where they have not. */
export async function importPackage<T>(name: string, by: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`${by} needs the package ${name}: npm install ${name}`, { cause: error });
  }
}
