export { freePort } from './free-port.js';
export { startPostgres, type EmbeddedPostgres, type PostgresOptions } from './postgres.js';
export { startRedis, type EmbeddedRedis, type RedisOptions } from './redis.js';
export { stopProcess } from './stop-process.js';
