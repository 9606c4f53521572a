import { z } from 'zod';

/**
 * What a token may do. None includes another: a token that is to read and submit has both.
 *
 * - `read`: see everything of the project
 * - `submit`: submit scenarios and runs, cancel and rerun its own
 * - `operate`: cancel and rerun those of others, set priorities, drain and enable workers, judge again
 * - `admin`: tokens, workers' enrolment, audit log
 * - `kernels`: register and upload kernels and images
 * - `build`: have kernels built
 */
export const scopeSchema = z.enum(['read', 'submit', 'operate', 'admin', 'kernels', 'build']);
export type Scope = z.infer<typeof scopeSchema>;
