/** Settings with which the control plane alone reaches its servers: a worker that is taken over must not have them. */
const ofTheControlPlane = /^(DATABASE_URL|REDIS_URL|FENCELINE_S3_.*|FENCELINE_TLS_.*)$/;

/** What of our own environment the worker is given. */
export function workerEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !ofTheControlPlane.test(name)));
}
