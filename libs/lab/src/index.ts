export * from './messages.js';
export { makePlan } from './plan.js';
export { prepareLab } from './qemu/prepare.js';
