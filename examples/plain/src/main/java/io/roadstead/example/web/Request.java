package io.roadstead.example.web;

/** What was asked for; bodies are read and left aside. */
public record Request(String method, String path) {}
