/** Keeps the last lines of an output, whatever its length. */
export class LastLines {
  private readonly lines: string[] = [];
  private open = '';

  constructor(private readonly most: number) {}

  push(text: string): void {
    const parts = (this.open + text).split('\n');
    this.open = (parts.pop() ?? '').slice(-4096);
    this.lines.push(...parts);
    if (this.lines.length > this.most) {
      this.lines.splice(0, this.lines.length - this.most);
    }
  }

  text(): string {
    return [...this.lines, this.open].join('\n').trim();
  }
}
