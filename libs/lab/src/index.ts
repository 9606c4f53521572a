export * from './messages.js';
export { makePlan } from './plan.js';
export { prepareLab, type LabSources } from './qemu/prepare.js';
export {
  runSimulatedLab,
  type Simulation,
  type SimulationRequest,
} from './simulated/run-simulated-lab.js';
export { cannotSimulate } from './simulated/cannot-simulate.js';
export { simulateInto } from './simulated/simulate-into.js';
export {
  startLabProcess,
  type LabMessage,
  type LabProcess,
  type LabStart,
} from './parent/lab-process.js';
export { LastLines } from './parent/last-lines.js';
export { withKernel } from './with-kernel.js';
