package io.roadstead.peers.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The original, as anybody would run it. */
@SpringBootApplication
public class SpringCloudGateway {
  public static void main(String[] args) {
    SpringApplication.run(SpringCloudGateway.class, args);
  }
}
