/** Bytes that are in use. */
export function memoryNow(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that are still in use when all that nobody holds is gone. */
export async function usedMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return memoryNow();
}
