import { config } from 'zod';

// The policy of the page forbids code that is made from text, and zod would try, which browsers report. Schemas look at
// this when they are made: it must be said before anything else is loaded.
config({ jitless: true });
