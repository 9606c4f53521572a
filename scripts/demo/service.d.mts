export function openService(
  root: string,
  say: (line: string) => void,
  asked?: Promise<unknown>,
): Promise<{ address: string; token: string; ours: boolean; stop: () => Promise<void> }>;
