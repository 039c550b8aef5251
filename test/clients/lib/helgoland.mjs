// SPDX-License-Identifier: EUPL-1.2
// The SensorThings services of @helgoland/core as an Angular application has them: HttpClient over fetch, and an interceptor that
// adds the token and notes what is sent.
import { load } from './bundle.mjs'

const angular = await load(`
  import '@angular/compiler'
  export { createEnvironmentInjector, provideZonelessChangeDetection, ɵINJECTOR_SCOPE as scope } from '@angular/core'
  export { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http'
  export { HttpService, StaInterfaceService, StaApiV1Connector } from '@helgoland/core'
  export { lastValueFrom } from 'rxjs'`)

// Every call of the service, as a promise.
const promised = (service) => new Proxy(service, {
  get: (target, name) => (...args) => {
    const result = target[name](...args)
    return result?.subscribe ? angular.lastValueFrom(result) : result
  },
})

export function helgoland(token) {
  const { HttpService, StaInterfaceService, StaApiV1Connector } = angular
  const sent = []
  const intercept = (request, next) => {
    sent.push(`${request.method} ${decodeURIComponent(request.urlWithParams)}`)
    return next(request.clone({ setHeaders: { Authorization: `Bearer ${token}` } }))
  }
  const injector = angular.createEnvironmentInjector([
    { provide: angular.scope, useValue: 'root' }, angular.provideZonelessChangeDetection(),
    angular.provideHttpClient(angular.withFetch(), angular.withInterceptors([intercept])),
    HttpService, StaInterfaceService, StaApiV1Connector,
  ])
  const sta = injector.get(StaInterfaceService)
  return {
    sent, sta: promised(sta), connector: promised(injector.get(StaApiV1Connector)),
    allPages: (ask) => angular.lastValueFrom(sta.aggregatePaging(ask(sta))),
  }
}
