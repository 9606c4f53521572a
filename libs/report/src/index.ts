export type { ReportInput } from './input.js';
export { htmlReport } from './html/html-report.js';
export { terminalReport, type TerminalReportOptions } from './terminal/terminal-report.js';
