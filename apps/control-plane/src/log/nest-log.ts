import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's own lines, and those of its `Logger`, in our log, with the part of the program that wrote them. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Logger) {}

  /** Nest tells every module and route as it starts: of use when the start itself is looked into. */
  log(message: unknown, ...context: unknown[]): void {
    this.of(context).debug(message);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.of(context).error(message);
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.of(context).warn(message);
  }

  private of(context: unknown[]): Logger {
    const part = context.at(-1);
    return typeof part === 'string' ? this.pino.child({ part }) : this.pino;
  }
}
