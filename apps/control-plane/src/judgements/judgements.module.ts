import { Module } from '@nestjs/common';
import { JudgementsReader } from './judgements.reader.js';

@Module({ providers: [JudgementsReader], exports: [JudgementsReader] })
export class JudgementsModule {}
