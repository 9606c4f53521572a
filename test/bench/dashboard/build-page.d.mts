export function buildPage(out: string): Promise<string>;
