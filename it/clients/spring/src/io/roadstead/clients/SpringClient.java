package io.roadstead.clients;

import com.netflix.discovery.EurekaClient;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** A Spring Cloud service without a web server, which tells whom it sees whenever that changes. */
@EnableAutoConfiguration
public class SpringClient {
  public static void main(String[] args) throws InterruptedException {
    EurekaClient client =
        SpringApplication.run(SpringClient.class, args).getBean(EurekaClient.class);
    String told = "";
    while (true) {
      Set<String> view = new TreeSet<>();
      client
          .getApplications()
          .getRegisteredApplications()
          .forEach(
              app ->
                  app.getInstances().forEach(one -> view.add(app.getName() + "/" + one.getId())));
      String now = "view " + String.join(" ", view) + " .";
      if (!now.equals(told)) {
        System.out.println(now);
        told = now;
      }
      Thread.sleep(50);
    }
  }
}
