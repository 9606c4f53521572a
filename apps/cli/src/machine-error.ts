/** The machine is unfit (a package, memory, a folder): the message says what mends it, the exit code is 3. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}
