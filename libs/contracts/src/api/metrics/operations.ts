import { z } from 'zod';
import { operation } from '../operation.js';

export const metricsOperations = {
  show: operation({
    id: 'showMetrics',
    tag: 'metrics',
    method: 'GET',
    path: '/metrics',
    access: 'read',
    summary: "Numbers of this control plane and of the token's project, as Prometheus reads them",
    answer: z.string(),
    answerKind: 'text',
  }),
};
