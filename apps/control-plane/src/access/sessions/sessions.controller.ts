import { Controller, Req, Res } from '@nestjs/common';
import { operations, sessionCookie, type AnswerOf } from '@fenceline/contracts/api';
import type { CookieOptions, Request, Response } from 'express';
import { isOwnOrigin } from '../../http/origin.js';
import { Problem } from '../../http/problem.js';
import { Input, Route, type Call, type TokenCall } from '../../http/route.js';
import { Authentication, sessionCookieOf } from '../authentication.js';
import { SessionsService } from './sessions.service.js';
import { SignInCodesService } from './sign-in-codes.service.js';

const { createCode, show, signIn, signOut } = operations.sessions;

@Controller()
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly codes: SignInCodesService,
    private readonly authentication: Authentication,
  ) {}

  @Route(signIn)
  async signIn(
    @Input() { body }: Call<typeof signIn>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AnswerOf<typeof signIn>> {
    // Another page must not sign a browser in as somebody of its choice.
    if (isOwnOrigin(request) === false) {
      throw new Problem('forbidden', 'Only a page of this service may sign in.');
    }
    const { who, cookie, expiresAt } = await this.sessions.signIn(body);
    response.cookie(sessionCookie, cookie, { ...cookieOptions(request), expires: expiresAt });
    return who;
  }

  @Route(show)
  async show(@Req() request: Request): Promise<AnswerOf<typeof show>> {
    return this.sessions.who(await this.authentication.of(request));
  }

  @Route(signOut)
  async signOut(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const cookie = sessionCookieOf(request);
    if (cookie !== undefined && (await this.authentication.of(request)) !== null) {
      await this.sessions.close(cookie);
    }
    response.clearCookie(sessionCookie, cookieOptions(request));
  }

  @Route(createCode)
  createCode(
    @Input() { principal }: TokenCall<typeof createCode>,
  ): Promise<AnswerOf<typeof createCode>> {
    return this.codes.create(principal.tokenId);
  }
}

function cookieOptions(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' };
}
