export type { ReportInput } from './input.js';
export { terminalReport, type TerminalReportOptions } from './terminal/terminal-report.js';
