import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../../http/route.js';
import { EnrolmentService } from './enrolment.service.js';

const { enrol } = operations.enrolment;

@Controller()
export class EnrolmentController {
  constructor(private readonly enrolment: EnrolmentService) {}

  @Route(enrol)
  enrol(@Input() { body }: Call<typeof enrol>): Promise<AnswerOf<typeof enrol>> {
    return this.enrolment.enrol(body);
  }
}
